import { MemoryByteStore } from '../../pipeline/state/memory-byte-store.ts';
import { byteStoreConformance } from '../conformance/byte-store.conformance.ts';

byteStoreConformance({ name: 'memory', open: () => new MemoryByteStore() });
