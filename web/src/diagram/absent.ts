/** In place of libraries that Mermaid can do without: what needs them shows as its source. */
export default class Absent {
  constructor() {
    throw new Error('This kind of diagram is not drawn here.');
  }
}
