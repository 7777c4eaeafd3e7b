import { defineProcessor, z } from 'tapline';

const order = z.object({
  id: z.string(),
  customer: z.string(),
  item: z.string(),
  quantity: z.int().positive(),
  price: z.number().nonnegative(),
});

/** Tells what an order costs, and keeps the orders of a customer together. */
export default defineProcessor({
  name: 'price',
  summary: 'Adds the total of each order, with tax, under the key of its customer.',
  options: z.strictObject({ vat: z.number().min(0).max(1).default(0.2).describe('Share that is added as tax.') }),
  inputValue: order,
  outputValue: order.extend({ total: z.number() }),
  process({ value }, { options }) {
    const total = Math.round(value.quantity * value.price * (1 + options.vat) * 100) / 100;
    return { key: value.customer, value: { ...value, total } };
  },
});
