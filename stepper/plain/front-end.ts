import type { FrontEnd } from '../front-end.ts';
import { quietFrontEnd } from '../json/front-end.ts';
export class PlainFrontEnd { constructor(_: {asks:boolean}) { return { ...quietFrontEnd(), observes: true, listener: (e) => console.error(JSON.stringify(e).slice(0,400)) } as FrontEnd as never; } }
