// Calls the sandbox with Twilio's SDK for Node: start, check, and errors.
//
// SANDBOX=http://… node check.js

const assert = require("node:assert");
const { randomBytes, randomInt } = require("node:crypto");
const twilio = require("twilio");

const { SANDBOX } = process.env;

/** Sends requests for Twilio to the sandbox. */
class ToTheDouble extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace("https://verify.twilio.com", SANDBOX) });
  }
}

const account = `AC${randomBytes(16).toString("hex")}`;
const { services } = twilio(account, "sandbox", { httpClient: new ToTheDouble() }).verify.v2;
const code = async (to) =>
  (await fetch(`${SANDBOX}/sandbox/code?${new URLSearchParams({ to, account, wait: 5 })}`)).text();

async function main() {
  const service = await services.create({ friendlyName: "node" });
  assert(service.dateCreated instanceof Date);
  const to = `+49151${String(randomInt(10 ** 8)).padStart(8, "0")}`;
  const verification = await services(service.sid).verifications.create({ to, channel: "sms", locale: "de" });
  assert.strictEqual(verification.status, "pending");
  const wrong = await services(service.sid).verificationChecks.create({ to, code: "abcd" });
  assert.strictEqual(wrong.status, "pending");
  const right = await services(service.sid).verificationChecks.create({ to, code: await code(to) });
  assert.strictEqual(right.status, "approved");
  await assert.rejects(services(service.sid).verifications(verification.sid).fetch(), { code: 20404, status: 404 });
  await assert.rejects(services(service.sid).verifications.create({ to: "nobody", channel: "sms" }), { code: 60200 });
  const { operations } = await (await fetch(`${SANDBOX}/sandbox/operations`)).json();
  if (operations.some((operation) => operation.operation_id === "ListService")) {
    await services.create({ friendlyName: "another" });
    assert((await services.list({ pageSize: 1 })).length >= 2);
  }
  console.log("Twilio's SDK for Node is content");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
