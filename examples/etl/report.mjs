// Shows what the etl lesson has made of the shop, and whether it is right: node examples/etl/report.mjs
import { join } from 'node:path';
import Database from 'libsql';

const sums =
  'SELECT item, sum(quantity) AS sold, sum(quantity * cents) AS cents FROM sales WHERE cents > 0 GROUP BY item';
const sold = rowsOf('shop.db', sums);
const told = rowsOf('reports.db', 'SELECT item, sold, cents FROM revenue');
const archived = rowsOf('reports.db', sums);

for (const [item, shop] of sold) {
  const [report, archive] = [told.get(item), archived.get(item)];
  const isRight = [report, archive].every((row) => row?.sold === shop.sold && row.cents === shop.cents);
  const counts = [`sold ${shop.sold}`, `report ${report?.sold ?? 0}`, `archive ${archive?.sold ?? 0}`];
  console.log([isRight ? 'right' : 'wait', item, ...counts].map((text) => text.padEnd(14)).join(''));
}

function rowsOf(name, sql) {
  const database = new Database(join(import.meta.dirname, name), { timeout: 10_000 });
  try {
    const rows = database.prepare(sql).all();
    return new Map(rows.map((row) => [row.item, row]));
  } catch (error) {
    if (/no such table/.test(error.message)) return new Map(); // nothing was written yet
    throw error;
  } finally {
    database.close();
  }
}
