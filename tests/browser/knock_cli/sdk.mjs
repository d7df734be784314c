// Lists and reads with the SDK @knocklabs/mgmt; prints what it found as JSON.
import KnockMgmt from "@knocklabs/mgmt";

const knock = new KnockMgmt({ serviceToken: process.env.KNOCK_SERVICE_TOKEN, baseURL: process.argv[2], maxRetries: 0 });
const environment = "development";

const all = async (list) => {
  const keys = [];
  for await (const each of list) keys.push(each.key ?? each.slug ?? each.locale_code ?? each.id);
  return keys;
};

const email_layout = { name: "Frame", html_layout: "<body>{{ content }}</body>", text_layout: "{{ content }}" };
const steps = [
  { ref: "feed", type: "channel", channel_key: "in-app", template: { markdown_body: "Hello", action_url: "/" } },
];
const pages = [];
for (const key of ["sdk-a", "sdk-b", "sdk-c"]) {
  await knock.workflows.upsert(key, { environment, commit: true, workflow: { name: key, steps } });
}
for await (const page of (await knock.workflows.list({ environment, limit: 2 })).iterPages()) {
  pages.push(page.entries.length);
}
await knock.emailLayouts.upsert("sdk-frame", { environment, email_layout });
const workflow = await knock.workflows.retrieve("sdk-a", { environment });
const checked = await knock.workflows.validate("sdk-a", { environment, workflow });
await knock.translations.upsert("fr", {
  environment,
  namespace: "sdk",
  translation: { content: '{"hello":"Bonjour"}', format: "json" },
});
const { translation } = await knock.translations.retrieve("fr", { environment, namespace: "sdk" });
const refused = await knock.workflows
  .upsert("sdk-a", { environment, workflow: { name: "Wrong", steps: [{ ref: "a", type: "dellay" }] } })
  .catch((error) => ({ status: error.status, errors: error.error.errors }));

console.log(
  JSON.stringify({
    token: (await knock.auth.verify()).service_token_name,
    environments: await all(knock.environments.list()),
    channels: await all(knock.channels.list({ limit: 2 })),
    groups: await all(knock.channelGroups.list()),
    email: (await knock.channels.retrieve("email")).type,
    workflows: await all(knock.workflows.list({ environment, limit: 2 })),
    pages,
    layouts: await all(knock.emailLayouts.list({ environment })),
    partials: await all(knock.partials.list({ environment })),
    audiences: await all(knock.audiences.list({ environment })),
    guides: await all(knock.guides.list({ environment })),
    commits: (await all(knock.commits.list({ environment, resource_type: ["workflow"], resource_id: "sdk-a" }))).length,
    again: checked.workflow.steps,
    translation: [translation.namespace, translation.content],
    refused,
  }),
);
