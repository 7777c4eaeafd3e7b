import { escapeHtml } from '../../escape-html.ts';
import type { TestFailure } from './failure.ts';
import type { TestResult } from './run-test-file.ts';

/** A test file that could not be run at all. */
export interface BrokenTestFile {
  readonly file: string;
  readonly message: string;
}

/** Results as the XML that build servers read. */
export function junitXml(results: readonly TestResult[], broken: readonly BrokenTestFile[]): string {
  const files = [...new Set([...results, ...broken].map(({ file }) => file))];
  const suites = files.map((file) => suite(file, results, broken));
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

function suite(file: string, results: readonly TestResult[], broken: readonly BrokenTestFile[]): string {
  const ours = results.filter((result) => result.file === file);
  const errors = broken.filter((one) => one.file === file);
  const attributes = attributesOf({
    name: file,
    tests: ours.length + errors.length,
    failures: ours.filter(({ failures }) => failures.length > 0).length,
    errors: errors.length,
    time: seconds(ours.reduce((sum, { ms }) => sum + ms, 0)),
  });
  const cases = [
    ...errors.map(({ message }) => element('testcase', { classname: file, name: file }, errorElement(message))),
    ...ours.map(({ name, ms, failures }) =>
      element('testcase', { classname: file, name, time: seconds(ms) }, failures.map(failureElement).join('')),
    ),
  ];
  return [`  <testsuite ${attributes}>`, ...cases, '  </testsuite>'].join('\n');
}

function failureElement({ file, line, column, message, details }: TestFailure): string {
  const place = `${file}:${line}:${column}`;
  const text = escaped([`${place} ${message}`, ...details].join('\n'));
  return `<failure ${attributesOf({ message: `${place} ${message}` })}>${text}</failure>`;
}

function errorElement(message: string): string {
  return `<error ${attributesOf({ message })}/>`;
}

function element(name: string, attributes: Readonly<Record<string, string>>, content: string): string {
  const open = `    <${name} ${attributesOf(attributes)}`;
  return content === '' ? `${open}/>` : `${open}>${content}</${name}>`;
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join(' ');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Characters that XML does not allow at all become a replacement character. */
function escaped(text: string): string {
  return escapeHtml(text).replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
