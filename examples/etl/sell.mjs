// Sells in the shop of the etl lesson, and makes its database where there is none: node examples/etl/sell.mjs [sales]
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

const file = join(import.meta.dirname, 'shop.db');
const BUSY_MS = 10_000;
const AT_ONCE = 200;
const prices = { tea: 395, coffee: 749, cocoa: 510, milk: 120 };
const items = Object.keys(prices);

if (!existsSync(file)) {
  rmSync(`${file}.new`, { force: true });
  const made = new Database(`${file}.new`);
  made.exec('CREATE TABLE sales (id INTEGER PRIMARY KEY, item TEXT, quantity INTEGER, cents INTEGER, sold_at TEXT)');
  made.close();
  renameSync(`${file}.new`, file);
}

const database = new Database(file, { timeout: BUSY_MS });
const insert = database.prepare('INSERT INTO sales (item, quantity, cents, sold_at) VALUES (?, ?, ?, ?)');
const count = Number(process.argv[2] ?? 1000);
for (let sold = 0; sold < count; sold += AT_ONCE) {
  database.exec('BEGIN IMMEDIATE');
  for (let n = sold; n < Math.min(count, sold + AT_ONCE); n++) {
    const item = n % 250 === 249 ? null : items[Math.floor(Math.random() * items.length)]; // the till forgets
    insert.run([item, 1 + Math.floor(Math.random() * 4), prices[item] ?? null, new Date().toISOString()]);
  }
  database.exec('COMMIT');
}
database.close();
console.log(`${count} sales in ${file}`);
