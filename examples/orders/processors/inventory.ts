import { defineProcessor, PoisonRecordError, type KeyValueStore } from 'tapline';
import { z } from 'zod';

const order = z.object({ order: z.string(), item: z.string(), quantity: z.int().positive() });

const item = z.strictObject({
  stock: z.int().min(0).describe('Pieces at the very start.'),
  price: z.number().positive().describe('Price of one piece.'),
});

/** What is kept of an item. Money is counted in cents, as fractions of a price do not add up. */
interface Kept {
  readonly left: number;
  readonly soldCents: number;
}

export default defineProcessor({
  name: 'inventory',
  summary: 'Takes the pieces of an order from the stock, or rejects the order when there are too few.',
  options: z.strictObject({ items: z.record(z.string(), item).describe('What there is to sell, by name.') }),
  outputs: ['rejected'],
  stores: { stock: { type: 'keyValue' } },
  process(record, context) {
    const { order: id, item: name, quantity } = read(record.value);
    const known = context.options.items[name];
    if (known === undefined) return rejected({ order: id, item: name, quantity, reason: `there is no ${name}` });
    const stock = context.store<KeyValueStore<Kept>>('stock');
    const { left, soldCents } = stock.get(name) ?? { left: known.stock, soldCents: 0 };
    if (quantity > left) return rejected({ order: id, item: name, quantity, reason: `only ${left} left` });
    const cents = quantity * Math.round(known.price * 100);
    stock.put(name, { left: left - quantity, soldCents: soldCents + cents });
    return { value: JSON.stringify({ order: id, item: name, quantity, cents, left: left - quantity }) };
  },
});

function read(value: Buffer | null): z.output<typeof order> {
  const { data, error } = order.safeParse(JSON.parse(String(value)));
  if (data) return data;
  const [issue] = error.issues;
  throw new PoisonRecordError('PROCESSING_FAILED', `no order: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function rejected(order: object) {
  return { to: 'rejected', value: JSON.stringify(order) };
}
