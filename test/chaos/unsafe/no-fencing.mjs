const original = await import(new URL(import.meta.url).searchParams.get('original'));

/** A transactional id of each process: a new owner of a task does not fence the former one. */
export function createTransactionalProducer(transactionalId, parts) {
  return original.createTransactionalProducer(`${transactionalId}.${process.pid}`, parts);
}
