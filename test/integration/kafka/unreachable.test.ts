import { expect, test } from 'vitest';
import { connectionFromEnvironment, createAdmin } from '../../../pipeline/kafka/index.ts';
import { silentLog } from './silent-log.ts';

test('an address where no broker answers is named within seconds', async () => {
  const connection = connectionFromEnvironment({ KAFKA_BROKERS: '127.0.0.1:1' })!;
  const admin = createAdmin(connection, silentLog);

  const listing = admin.listTopics();

  await expect(listing).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE', retriable: true });
  await expect(listing).rejects.toThrow(/no Kafka broker answers at 127\.0\.0\.1:1: .*ECONNREFUSED/);
  await admin.close();
});
