/** The 80 classes of COCO by label id; the numbering, 1..90, has gaps. A fact of the data set, cocodataset.org. */
const NAMES_BY_ID: Readonly<Record<number, string>> = {
  ...numbered(1, 'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant'),
  ...numbered(13, 'stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe'),
  ...numbered(27, 'backpack,umbrella'),
  ...numbered(31, 'handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove'),
  ...numbered(41, 'skateboard,surfboard,tennis racket,bottle'),
  ...numbered(46, 'wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza'),
  ...numbered(60, 'donut,cake,chair,couch,potted plant,bed'),
  ...numbered(67, 'dining table'),
  ...numbered(70, 'toilet'),
  ...numbered(72, 'tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator'),
  ...numbered(84, 'book,clock,vase,scissors,teddy bear,hair drier,toothbrush'),
};

/** A class the detector knows; `labelId` is COCO's, 1..90. */
export interface CocoClass {
  readonly labelId: number;
  readonly label: string;
}

/** Every class, by rising label id. */
export const cocoClasses: readonly CocoClass[] = Object.entries(NAMES_BY_ID).map(([id, label]) => ({
  labelId: Number(id),
  label,
}));

/** Label id of each name. */
export const labelIds: ReadonlyMap<string, number> = new Map(cocoClasses.map(({ label, labelId }) => [label, labelId]));

function numbered(first: number, names: string): Record<number, string> {
  return Object.fromEntries(names.split(',').map((name, index) => [first + index, name]));
}
