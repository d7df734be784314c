// The service worker of docs/inbox.md, whose settings stand in its address.
importScripts("/suprsend-serviceworker.js");

const settings = Object.fromEntries(new URLSearchParams(location.search));

initSuprSend(settings.apiKey, { host: settings.host });
