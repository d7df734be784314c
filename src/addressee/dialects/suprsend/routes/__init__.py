"""The routes of the SuprSend API, a module for each resource."""
