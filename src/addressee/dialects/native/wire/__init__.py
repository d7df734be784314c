"""The form of the native API's requests and answers: keys, errors, places, shapes."""
