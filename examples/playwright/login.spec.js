// From nobody to the dashboard, clicked through in a browser: on the Swagger UI page that every countersign has.
// Put the pages of your own app in its place.
const { spawn } = require("node:child_process");
const { randomInt } = require("node:crypto");
const { createInterface } = require("node:readline");
const { test: base, expect } = require("@playwright/test");

const START = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory: --exit-with-stdin";

const test = base.extend({
  // One for each worker: the running one that is given, or one of its own.
  countersign: [async ({}, use) => {
    const { COUNTERSIGN_BIN, COUNTERSIGN_API: api, COUNTERSIGN_SANDBOX: sandbox } = process.env;
    if (api) return use({ api, sandbox });
    // It ends when the pipe that is its standard input closes, so even after a worker that was killed.
    const server = spawn(COUNTERSIGN_BIN ?? "countersign", START.split(" "), { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface(server.stdout)) {
      const [, api, sandbox] = line.match(/^ready api=(\S+) sandbox=(\S+)$/);
      await use({ api, sandbox });
      break;
    }
    server.stdin.end();
  }, { scope: "worker" }],
  // A person of one's own for each test: then tests run side by side against one server.
  person: async ({}, use) => {
    const name = `p${randomInt(2 ** 47).toString(16)}`;
    const phone_number = `+49151${String(randomInt(10 ** 8)).padStart(8, "0")}`;
    await use({ name: "Ada Lovelace", username: name, email: `${name}@example.com`, phone_number,
      password: "correct horse battery staple" });
  },
});

test("the code opens the dashboard", async ({ page, request, countersign, person }) => {
  await page.goto(`${countersign.api}/docs/`);
  await execute(page, "Log_in-signup", 201, person);
  await execute(page, "Log_in-login", 200, { email: person.email, password: person.password });
  // `wait` holds the request until the message is there: nothing polls, nothing sleeps.
  const params = { to: person.phone_number, wait: 5 };
  const code = await (await request.get(`${countersign.sandbox}/sandbox/code`, { params })).text();
  await execute(page, "Log_in-verify", 200, { code });
  const dashboard = await execute(page, "Account-getDashboard", 200);
  await expect(dashboard).toContainText(person.email);
});

// Opens an operation, sends `body`, and returns the answer that the page shows.
async function execute(page, operation, status, body) {
  const block = page.locator(`#operations-${operation}`);
  await block.locator(".opblock-summary-control").click();
  if (body) await block.locator("textarea.body-param__text").fill(JSON.stringify(body));
  await block.getByRole("button", { name: "Execute" }).click();
  const answer = block.locator(".live-responses-table .response").first();
  await expect(answer.locator(".response-col_status")).toContainText(String(status));
  return answer.locator(".response-col_description");
}
