/** Side of the square that the octagon fills, in its own units. */
const SIDE = 100;
const POLE_WIDTH = 6;

/** The letters as strokes, each 15 wide and 28 high: a machine without fonts draws them too. */
const LETTERS = [
  'M13.4 7.6 C12.2 4 10 2.7 7.3 2.7 C4 2.7 2.1 4.9 2.1 8 C2.1 11.6 4.6 12.8 7.6 13.9 C11 15.1 13.1 16.7 13.1 20.2 C13.1 23.4 10.8 25.3 7.4 25.3 C4.2 25.3 2 23.7 1.2 20',
  'M0 2.75 H15 M7.5 2.75 V28',
  'M7.5 2.75 C10.8 2.75 12.4 5 12.4 9 V19 C12.4 23 10.8 25.25 7.5 25.25 C4.2 25.25 2.6 23 2.6 19 V9 C2.6 5 4.2 2.75 7.5 2.75 Z',
  'M2.9 28 V2.75 H7.4 C11 2.75 12.6 5 12.6 8.9 C12.6 12.8 11 15 7.4 15 H2.9',
];
const LETTER_ADVANCE = 19;

/** A stop sign on its pole, `size` pixels wide and `height` high; the octagon is the square at the top. */
export function stopSignSvg(size: number, height: number): string {
  const unitsHigh = (height / size) * SIDE;
  const left = (SIDE - POLE_WIDTH) / 2;
  const letters = LETTERS.map(
    (path, index) => `<path transform="translate(${index * LETTER_ADVANCE} 0)" d="${path}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${height}" viewBox="0 0 ${SIDE} ${unitsHigh}">
    <rect x="${left}" y="60" width="${POLE_WIDTH}" height="${unitsHigh - 60}" fill="#7f868c"/>
    <rect x="${left}" y="60" width="${POLE_WIDTH / 3}" height="${unitsHigh - 60}" fill="#a9b0b5"/>
    <polygon points="${octagon(0)}" fill="#8f1016"/>
    <polygon points="${octagon(1)}" fill="#ffffff"/>
    <polygon points="${octagon(5)}" fill="#c8161d"/>
    <g transform="translate(14 36)" fill="none" stroke="#ffffff" stroke-width="5.4">${letters.join('')}</g>
  </svg>`;
}

function octagon(inset: number): string {
  const near = inset;
  const far = SIDE - inset;
  const cut = (far - near) * 0.2929;
  const [low, high] = [near + cut, far - cut];
  return `${low},${near} ${high},${near} ${far},${low} ${far},${high} ${high},${far} ${low},${far} ${near},${high} ${near},${low}`;
}
