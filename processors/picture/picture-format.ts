const RECOGNISED: readonly (readonly [format: string, isMatch: (head: string) => boolean])[] = [
  ['JPEG', (head) => head.startsWith('\xff\xd8\xff')],
  ['PNG', (head) => head.startsWith('\x89PNG\r\n\x1a\n')],
  ['WebP', (head) => /^RIFF[^]{4}WEBP/.test(head)],
  ['GIF', (head) => /^GIF8[79]a/.test(head)],
  ['AVIF', (head) => /^[^]{4}ftyp/.test(head) && /avif|avis/.test(brandsOf(head))],
  ['HEIC', (head) => /^[^]{4}ftyp/.test(head) && /hei[cxms]|hev[cx]|mif1/.test(brandsOf(head))],
  ['a video', (head) => /^[^]{4}ftyp|^RIFF[^]{4}AVI /.test(head) || head.startsWith('\x1aE\xdf\xa3')],
  ['TIFF', (head) => /^(II[*+]\0|MM\0[*+])/.test(head)],
  ['BMP', (head) => head.startsWith('BM')],
  ['JPEG XL', (head) => /^\xff\n|^\0{3}\fJXL /.test(head)],
  ['JPEG 2000', (head) => /^\xffO\xffQ|^\0{3}\fjP {2}/.test(head)],
  ['PDF', (head) => head.startsWith('%PDF')],
  ['HTML', (head) => /<(!doctype html|html)[\s>]/i.test(head)],
  ['SVG', (head) => /<svg[\s>]/i.test(head)],
];

const ACCEPTED = new Set(['JPEG', 'PNG', 'WebP', 'GIF', 'AVIF']);

/** Bytes looked at: enough for the brands of an AVIF and the prologue of an SVG. */
const HEAD_BYTES = 512;

/** What the first bytes say a picture is, whatever its name or content type; undefined where they say nothing known. */
export function formatByContent(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  return RECOGNISED.find(([, isMatch]) => isMatch(head))?.[0];
}

/** Whether tapline decodes the format: of all that libvips reads, only what cannot name other files. */
export function isAccepted(format: string | undefined): boolean {
  return format !== undefined && ACCEPTED.has(format);
}

/** Major and compatible brands: the content of the leading `ftyp` box. */
function brandsOf(head: string): string {
  return head.slice(8, (head.charCodeAt(2) << 8) | head.charCodeAt(3) || HEAD_BYTES);
}
