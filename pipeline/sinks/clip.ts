import { z } from 'zod';
import { defineSink } from '../ports/sink.ts';
import { duration } from '../topology/duration.ts';
import { createClips } from './clip/create-clips.ts';

const options = z.strictObject({
  frames: z.string().min(1).describe('Topic of the encoded pictures that clips are cut from.'),
  directory: z
    .string()
    .min(1)
    .describe('Where the clips go; relative to the folder of the topology file. It is created where it is missing.'),
  before: duration('0ms', '10m').prefault('5s').describe('How long before its alert a clip begins.'),
  after: duration('0ms', '10m').prefault('5s').describe('How long after its alert a clip ends.'),
  longest: duration('1s', '1h').prefault('2m').describe('A clip of a longer alert ends after so long.'),
});

/** Cuts the film of each alert, with seconds from before it, out of a topic of pictures: that is what a log is for. */
export default defineSink({
  name: 'clip',
  summary: 'A film of each alert of rules, cut from a topic of pictures, from seconds before it to seconds after it.',
  options,
  mode: 'durable',
  create: createClips,
});
