// Stands in for the address of cat-facts where there is no network: node examples/cat-facts/stand-in.mjs [port]
import { createServer } from 'node:http';

const facts = [
  'A cat has 32 muscles in each ear.',
  'A group of kittens is called a kindle.',
  'Cats sleep for about two thirds of the day, which makes a cat of nine years one that has been awake for only three of them.',
  'Every fifth answer of this server is none, so that there is something to set aside.',
];
let asked = 0;

createServer((_request, response) => {
  const turn = asked++;
  if (turn % 5 === 4) return response.writeHead(500).end('the cat is on the keyboard');
  const fact = facts[turn % facts.length];
  return response.setHeader('content-type', 'application/json').end(JSON.stringify({ fact, length: fact.length }));
}).listen(Number(process.argv[2] ?? 8099), '127.0.0.1', function listening() {
  console.log(`http://127.0.0.1:${this.address().port}/fact`);
});
