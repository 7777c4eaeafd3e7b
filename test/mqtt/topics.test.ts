import { describe, expect, it } from 'vitest';
import { filterFault, matchesFilter } from '../../pipeline/mqtt/topic-filter.ts';
import { templateFault } from '../../pipeline/mqtt/topic-template.ts';

describe('MQTT topic filters', () => {
  it.each([
    ['plant/oven', 'plant/oven', true],
    ['plant/oven', 'plant/hall', false],
    ['plant/+/temperature', 'plant/oven/temperature', true],
    ['plant/+/temperature', 'plant//temperature', true],
    ['plant/+/temperature', 'plant/oven/inner/temperature', false],
    ['plant/+', 'plant', false],
    ['plant/#', 'plant/oven/temperature', true],
    ['plant/#', 'plant', true],
    ['plant/#', 'plants', false],
    ['#', 'a/b', true],
    ['#', '$SYS/broker', false],
    ['+/broker', '$SYS/broker', false],
    ['$SYS/#', '$SYS/broker', true],
    ['$share/group/plant/+', 'plant/oven', true],
  ])('%s and the topic %s: %s', (filter, topic, expected) => {
    expect(matchesFilter(topic, filter)).toBe(expected);
  });

  it.each([
    ['plant/oven+', 'must have + and # as whole levels: plant/+/temperature, plant/#'],
    ['plant/#/temperature', 'must have # as its last level alone'],
    ['plant/\0', 'must not have a NUL in it'],
    ['plant/+/#', null],
  ])('%s is at fault: %s', (filter, expected) => {
    expect(filterFault(filter)).toBe(expected);
  });
});

describe('MQTT topics with expressions', () => {
  it.each([
    ['alarms/{key', 'must have its expressions in { and }, without braces in them'],
    ['alarms/+/{key}', 'must name one topic, so that + and # have no place in it'],
    ['alarms/{a +}', 'has "a +" in it, which is no JSONata at character'],
    ['alarms/{a + "+"}', null],
  ])('%s is at fault: %s', (text, expected) => {
    expect(templateFault(text)).toEqual(expected === null ? null : expect.stringContaining(expected));
  });
});
