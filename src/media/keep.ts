/** Where choices are kept on this device: the part of `Storage` used here. */
export interface Keep {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}
