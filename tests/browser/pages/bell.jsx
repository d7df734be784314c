// The example of docs/inbox.md, for the user that the address of the page names. React mounts it twice, as in development.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Inbox } from "docs/inbox/knock";

const { id, name, token } = Object.fromEntries(new URLSearchParams(location.search));

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <Inbox user={{ id, name }} token={token} />
  </StrictMode>,
);
