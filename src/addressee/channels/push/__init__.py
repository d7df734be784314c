"""Push notifications: Firebase Cloud Messaging, and the tokens that web push keeps."""
