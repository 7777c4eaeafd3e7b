import type { Rectangle } from './canvas.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Chooses a place for one label after the other, so that they stay in the picture and clear of each other where they can. */
export class LabelPlaces {
  readonly #picture: Size;
  readonly #taken: Rectangle[] = [];

  constructor(picture: Size) {
    this.#picture = picture;
  }

  /** Above the box if there is room, else at its top, below it, or at its bottom. */
  placeAt(box: Rectangle, label: Size): Rectangle {
    const x = clamp(box.x, this.#picture.width - label.width);
    const bottom = box.y + box.height;
    const places = [box.y - label.height, box.y, bottom, bottom - label.height].map((y) => ({ x, y, ...label }));
    const inside = places.filter(({ y }) => y >= 0 && y + label.height <= this.#picture.height);
    const place = inside.find((candidate) => !this.#isTaken(candidate)) ??
      inside[0] ?? { x, y: clamp(box.y, this.#picture.height - label.height), ...label };
    this.#taken.push(place);
    return place;
  }

  #isTaken(place: Rectangle): boolean {
    return this.#taken.some(
      (other) =>
        place.x < other.x + other.width &&
        other.x < place.x + place.width &&
        place.y < other.y + other.height &&
        other.y < place.y + place.height,
    );
  }
}

function clamp(position: number, last: number): number {
  return Math.max(0, Math.min(position, last));
}
