// SuprSend's inbox as docs/inbox.md has it, with tabs where the address asks for them; `client` is its SDK.
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { Inbox, SuprSendProvider, useSuprSendClient } from "@suprsend/react";

const settings = Object.fromEntries(new URLSearchParams(location.search));
const stores = settings.stores ? JSON.parse(settings.stores) : undefined;

function Client() {
  const client = useSuprSendClient();
  useEffect(() => {
    window.client = client;
  });
}

createRoot(document.getElementById("root")).render(
  <SuprSendProvider
    host={settings.host}
    publicApiKey={settings.apiKey}
    distinctId={settings.user}
    userToken={settings.token}
    vapidKey={settings.vapidKey}
    swFileName={settings.worker}
    refreshUserToken={settings.token && (() => window.freshToken())}
    userAuthenticationHandler={({ response }) => {
      window.identified = response;
    }}
  >
    <Client />
    <Inbox
      tenantId={settings.tenant}
      stores={stores}
      host={{ apiHost: settings.host, socketHost: settings.host }}
      notificationClickHandler={() => {}}
    />
  </SuprSendProvider>,
);
