import type { StoreSpec } from '../../pipeline/index.ts';
import type { JoinOptions } from './options.ts';

/** Names of the stores tables are kept in; those of streams have others, as their entries look otherwise. */
export const LEFT_TABLE = 'leftTable';
export const RIGHT_TABLE = 'rightTable';

/** A table is kept for ever. */
export function tableStores({ kind }: JoinOptions): Record<string, StoreSpec> {
  const table: StoreSpec = { type: 'keyValue' };
  return { ...(kind === 'table-table' && { [LEFT_TABLE]: table }), [RIGHT_TABLE]: table };
}
