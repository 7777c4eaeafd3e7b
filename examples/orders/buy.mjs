// Sends orders to the orders lesson until each is acknowledged: node examples/orders/buy.mjs [orders] [url]
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const [count = '20', url = 'http://127.0.0.1:8090/orders'] = process.argv.slice(2);
const items = ['tea', 'coffee', 'cocoa'];
let retries = 0;

for (let n = 0; n < Number(count); n++) {
  const order = randomUUID();
  const body = JSON.stringify({ order, item: items[n % items.length], quantity: 1 + (n % 4) });
  const headers = { 'content-type': 'application/json', 'idempotency-key': order };
  while (!(await isTaken({ method: 'POST', headers, body }))) {
    retries++;
    await sleep(500);
  }
}
console.log(`${count} orders acknowledged, ${retries} sent again`);

async function isTaken(request) {
  const answer = await fetch(url, request).catch(() => null); // nobody listens, or it broke off: in doubt, so again
  if (answer?.status === 400) throw new Error(await answer.text());
  return answer?.status === 202;
}
