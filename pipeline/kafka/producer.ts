import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import { AdminClient } from './admin-client.ts';
import type { ClientConnection } from './client.ts';
import { QueueingProducer } from './queueing-producer.ts';
import { Sender } from './sender.ts';
import { TopicDirectory } from './topic-directory.ts';
import { createTransactionalProducer } from './transactional-producer.ts';

/** Creates a producer; it connects on first use. */
export function createProducer(connection: ClientConnection, log: Logger): Producer {
  const client = new AdminClient(connection, log, { met: true });
  const directory = new TopicDirectory(client);
  const sender = new Sender(connection, directory, log);
  return new QueueingProducer({
    directory,
    write: (records) => sender.write(records),
    transactional: (id) => createTransactionalProducer(id, { connection, directory, log }),
    close: async () => {
      await sender.close();
      await client.close();
    },
  });
}
