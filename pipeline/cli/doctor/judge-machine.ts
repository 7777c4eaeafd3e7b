import type { Jars } from '../../broker/jars.ts';
import type { Java, Missing } from '../../broker/java.ts';
import { judgeOf, type Check } from './check.ts';

/** What there is on this machine; null is not found. */
export interface MachineFacts {
  readonly node: string;
  readonly java: Java | Missing;
  readonly jars: Jars | Missing;
  readonly maven: string | null;
  readonly docker: Missing | null;
  readonly ffmpeg: string | null;
  readonly chromium: string | null;
  readonly kcat: string | null;
}

/** What the machine is for. */
export interface MachineUse {
  /** A broker is there already, or is not ours to start. */
  readonly hasBroker: boolean;
  readonly videoSources: readonly string[];
}

const NODE = [20, 19] as const;
const NOT_NEEDED = 'not needed: there is a broker';

/** Judges the programs of this machine by what the topology needs of them. */
export function judgeMachine(facts: MachineFacts, use: MachineUse): Check[] {
  return [judgeNode(facts.node), ...judgeWaysToABroker(facts, use), judgeFfmpeg(facts, use), ...judgeTestTools(facts)];
}

/** How `up` would get a broker: null where it cannot. */
export function wayToABroker({ java, jars, maven, docker }: MachineFacts): string | null {
  if (!('reason' in java)) {
    if (!('reason' in jars)) return `Apache Kafka ${jars.version} with Java ${java.version}`;
    if (maven !== null) return `Apache Kafka, fetched once with Maven (43 MB), with Java ${java.version}`;
  }
  return docker === null ? 'Apache Kafka with Docker Compose' : null;
}

function judgeNode(version: string): Check {
  const { ok, fault } = judgeOf('machine', 'Node');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  return isNew ? ok(version) : fault(version, `install Node ${NODE.join('.')} or newer: https://nodejs.org`);
}

function judgeWaysToABroker(facts: MachineFacts, { hasBroker }: MachineUse): Check[] {
  const { java, jars, maven, docker } = facts;
  const hasWay = wayToABroker(facts) !== null;
  const judge = (what: string, found: string | null, { lacks, mend }: { lacks: string; mend: string }): Check => {
    const { ok, fault } = judgeOf('machine', what);
    if (found !== null) return ok(found);
    if (hasBroker) return ok(`${lacks}; ${NOT_NEEDED}`);
    return hasWay ? ok(`${lacks}; not needed: there is another way to a broker`) : fault(lacks, mend);
  };
  return [
    judge('Java', 'reason' in java ? null : java.version, {
      lacks: 'reason' in java ? java.reason : '',
      mend: 'install Java 17 or newer for the managed broker (sudo apt-get install openjdk-17-jre-headless, brew install openjdk@17), or name a broker in KAFKA_BROKERS',
    }),
    judge('Kafka', 'reason' in jars ? null : `${jars.version}, in ${jars.directory}`, {
      lacks: 'reason' in jars ? jars.reason : '',
      mend: 'Maven fetches it at the first `up`; or unpack a Kafka and name its folder in KAFKA_HOME',
    }),
    judge('Maven', maven, {
      lacks: 'no Maven (mvn) on the PATH',
      mend: 'install Maven, which fetches Kafka once (sudo apt-get install maven, brew install maven)',
    }),
    judge('Docker', docker === null ? 'answers' : null, {
      lacks: docker?.reason ?? '',
      mend: 'start Docker, in place of Java and Maven',
    }),
  ];
}

function judgeFfmpeg({ ffmpeg }: MachineFacts, { videoSources }: MachineUse): Check {
  const { ok, fault } = judgeOf('machine', 'ffmpeg');
  if (ffmpeg !== null) return ok(ffmpeg);
  if (videoSources.length === 0) return ok('not found; only sources of type video and webcam need it');
  const names = videoSources.map((name) => `"${name}"`).join(', ');
  return fault(
    `not found, and source ${names} needs it`,
    'install it: sudo apt-get install ffmpeg, brew install ffmpeg',
  );
}

function judgeTestTools(facts: MachineFacts): Check[] {
  return (['chromium', 'kcat'] as const).map((tool) =>
    judgeOf('machine', tool).ok(facts[tool] ?? "not found; only tapline's own tests use it"),
  );
}
