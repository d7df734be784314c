"""The dashboard: pages for operators, who look at environments and change them, on the services of the rooms below."""
