"""What SuprSend clients send with every request and get with every answer: signatures, errors, query strings, pages."""
