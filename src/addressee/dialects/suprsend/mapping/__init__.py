"""Translation between SuprSend's forms and the values of the rooms below."""
