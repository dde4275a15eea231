// Runs recent.R in webR, for machines without an R of that version: R itself, built for Node.js.
// Run in this folder, with the packages webr and ws installed:  node recent.mjs
import { WebR } from "webr";

const r = new WebR();
await r.init();
await r.FS.mkdir("/agreement");
await r.FS.mount("NODEFS", { root: process.cwd() }, "/agreement");
await r.evalRVoid('setwd("/agreement"); source("recent.R")');
r.close();
process.exit(0);
