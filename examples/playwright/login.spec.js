// Logs in with a code from the sandbox, in a browser, on the Swagger UI page of countersign.
// Replace it with the pages of your app.
const { spawn } = require("node:child_process");
const { randomInt } = require("node:crypto");
const { createInterface } = require("node:readline");
const { test: base, expect } = require("@playwright/test");

const START = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory: --exit-with-stdin";

const test = base.extend({
  // One server for each worker: the one in the environment, or a new one.
  countersign: [async ({}, use) => {
    const { COUNTERSIGN_BIN, COUNTERSIGN_API: api, COUNTERSIGN_SANDBOX: sandbox } = process.env;
    if (api) return use({ api, sandbox });
    // The server ends when the pipe to its standard input closes, even if the worker is killed.
    const server = spawn(COUNTERSIGN_BIN || "countersign", START.split(" "), { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface(server.stdout)) {
      const [, api, sandbox] = line.match(/^ready api=(\S+) sandbox=(\S+)$/);
      await use({ api, sandbox });
      break;
    }
    server.stdin.end();
  }, { scope: "worker" }],
  // A new user for each test, so that tests can share a server.
  user: async ({}, use) => {
    const name = `p${randomInt(2 ** 47).toString(16)}`;
    const phone_number = `+49151${String(randomInt(10 ** 8)).padStart(8, "0")}`;
    await use({ name: "Ada Lovelace", username: name, email: `${name}@example.com`, phone_number,
      password: "correct horse battery staple" });
  },
});

test("the code opens the dashboard", async ({ page, request, countersign, user }) => {
  await page.goto(`${countersign.api}/docs/`);
  await execute(page, "Log_in-signup", 201, user);
  await execute(page, "Log_in-login", 200, { email: user.email, password: user.password });
  // `wait` keeps the request open until the message arrives, so there is no need to poll or sleep.
  const params = { to: user.phone_number, wait: 5 };
  const code = await (await request.get(`${countersign.sandbox}/sandbox/code`, { params })).text();
  await execute(page, "Log_in-verify", 200, { code });
  const dashboard = await execute(page, "Account-getDashboard", 200);
  await expect(dashboard).toContainText(user.email);
});

// Opens an operation, sends `body`, and returns the response that the page shows.
async function execute(page, operation, status, body) {
  const block = page.locator(`#operations-${operation}`);
  await block.locator(".opblock-summary-control").click();
  if (body) await block.locator("textarea.body-param__text").fill(JSON.stringify(body));
  await block.getByRole("button", { name: "Execute" }).click();
  const response = block.locator(".live-responses-table .response").first();
  await expect(response.locator(".response-col_status")).toContainText(String(status));
  return response.locator(".response-col_description");
}
