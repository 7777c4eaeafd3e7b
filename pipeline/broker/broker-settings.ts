/** What differs from one managed broker to another. */
export interface BrokerPlace {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDirectory: string;
}

/**
 * `server.properties` of a single KRaft node for one machine. Where it differs from Kafka's defaults:
 *  - records up to 16 MB and their headers, since frames travel as records; no topic without being asked for;
 *  - a group starts at once instead of after 3 s, and a broker that was killed is back in 2 s instead of 11;
 *  - retention is checked every 10 s, or frames would fill the disk between checks;
 *  - offset commits are written at once: waiting 5 ms to gather them halves the rate of at-least-once stages.
 */
export function brokerSettings({ port, controllerPort, dataDirectory }: BrokerPlace): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataDirectory.replaceAll('\\', '/'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    // Progress through dead letters, which are kept for 14 days, outlives them.
    'offsets.retention.minutes': 28_800,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.coordinator.append.linger.ms': 0,
    'broker.session.timeout.ms': 1000,
    'broker.heartbeat.interval.ms': 200,
    'auto.create.topics.enable': false,
    'message.max.bytes': 18 * 1024 * 1024,
    'replica.fetch.max.bytes': 18 * 1024 * 1024,
    'log.retention.check.interval.ms': 10_000,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'num.network.threads': 2,
    'num.io.threads': 2,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
