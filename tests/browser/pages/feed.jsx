// Knock's feed, with a bell that counts what is unread. Options of the feed come from the address of the page.
import { createRoot } from "react-dom/client";
import { KnockFeedProvider, KnockProvider, NotificationFeed, NotificationIconButton } from "@knocklabs/react";
import "@knocklabs/react/dist/index.css";

const { host, apiKey, feedId, id, tenant, page_size } = Object.fromEntries(new URLSearchParams(location.search));

// Without has_tenant, a tenant's feed has the items that belong to no tenant too.
const options = { tenant, has_tenant: tenant && true, page_size, __experimentalCrossBrowserUpdates: true };

const stay = () => {};

createRoot(document.getElementById("root")).render(
  <KnockProvider host={host} apiKey={apiKey} user={{ id }}>
    <KnockFeedProvider feedId={feedId} defaultFeedOptions={options}>
      <NotificationIconButton badgeCountType="unread" onClick={stay} />
      <div style={{ height: 320 }}>
        <NotificationFeed onNotificationClick={stay} />
      </div>
    </KnockFeedProvider>
  </KnockProvider>,
);
