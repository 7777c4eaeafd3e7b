// Takes the notifications of the orders lesson and prints them: node examples/orders/notified.mjs [port]
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const secret = process.env.ORDERS_SECRET; // signatures are checked where it is set
const seen = new Set();

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (secret && request.headers['x-signature-256'] !== signatureOf(body)) return response.writeHead(401).end('forged');
  if (Math.random() < 0.05) return response.writeHead(503).end('not now'); // it will come again
  const id = request.headers['idempotency-key'];
  console.log(`${seen.has(id) ? 'again' : 'new  '} ${id} ${body}`);
  seen.add(id);
  return response.writeHead(204).end();
}).listen(Number(process.argv[2] ?? 8091), '127.0.0.1', () => console.log('waiting for notifications'));

function signatureOf(body) {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
