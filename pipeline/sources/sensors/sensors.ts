import { randomFrom } from '../../random.ts';

/** What a sensor has measured. */
export interface Reading {
  readonly sensorID: string;
  readonly value: number;
  readonly timeMs: number;
}

/** How sensors behave. */
export interface SensorsSettings {
  readonly count: number;
  readonly seed: number;
  readonly min: number;
  readonly max: number;
  readonly drift: number;
  readonly spikes: number;
  readonly silence?: { readonly share: number; readonly for: number } | undefined;
  readonly late?: { readonly share: number; readonly by: number } | undefined;
}

/** Sensors that are read one after the other. */
export interface Sensors {
  /** Reads the sensor of this index, and tells what is sent now: its reading, late ones, or nothing. */
  read(index: number, timeMs: number): readonly Reading[];
  /** The late readings that have not been sent. */
  rest(): readonly Reading[];
}

interface Sensor {
  readonly sensorID: string;
  readonly random: () => number;
  value: number;
  silentUntilMs: number;
}

/** Sensors whose values are a matter of the seed alone, each its own: how many there are changes none of them. */
export function createSensors(settings: SensorsSettings): Sensors {
  const { count, late } = settings;
  const sensors = Array.from({ length: count }, (_, index) => newSensor(index, settings));
  let held: readonly Reading[] = [];
  return {
    read: (index, timeMs) => {
      const sensor = sensors[index];
      if (!sensor) throw new Error('a sensor that is none was read; this is a bug, please report');
      const due = held.filter((reading) => reading.timeMs + (late?.by ?? 0) <= timeMs);
      held = held.filter((reading) => !due.includes(reading));
      const { reading, isLate } = readingOf(sensor, timeMs, settings);
      if (reading === null) return due;
      if (!isLate) return [reading, ...due];
      held = [...held, reading];
      return due;
    },
    rest: () => held,
  };
}

function newSensor(index: number, { seed, min, max }: SensorsSettings): Sensor {
  const random = randomFrom(seed + Math.imul(index + 1, 0x9e3779b1));
  return {
    sensorID: `sensor-${index + 1}`,
    random,
    value: min + (max - min) * random(),
    silentUntilMs: -Infinity,
  };
}

/** Chance is asked as often in each reading, so that spikes, silence and lateness leave all other values what they are. */
function readingOf(
  sensor: Sensor,
  timeMs: number,
  settings: SensorsSettings,
): { readonly reading: Reading | null; readonly isLate: boolean } {
  const { min, max, drift, spikes, silence, late } = settings;
  const [step, spike, side, hush, delay] = Array.from({ length: 5 }, sensor.random) as [
    number,
    number,
    number,
    number,
    number,
  ];
  sensor.value = Math.min(max, Math.max(min, sensor.value + (step * 2 - 1) * drift));
  if (timeMs < sensor.silentUntilMs) return { reading: null, isLate: false };
  if (silence && hush < silence.share) {
    sensor.silentUntilMs = timeMs + silence.for;
    return { reading: null, isLate: false };
  }
  const beyond = (max - min) / 2;
  const spiked = side < 0.5 ? min - beyond : max + beyond;
  const value = Math.round((spike < spikes ? spiked : sensor.value) * 100) / 100;
  return { reading: { sensorID: sensor.sensorID, value, timeMs }, isLate: late !== undefined && delay < late.share };
}
