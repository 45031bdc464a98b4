// Reads a Kubernetes object as JSON and holds it against the schemas of Kubernetes' own OpenAPI
// document, which the npm package kubernetes-models has. As `kubectl apply` does, and the schemas
// by themselves do not, it refuses what no schema names.
"use strict";
const path = require("path");
const packages = path.join(process.argv[2], "node_modules");
const validation = require(path.join(packages, "@kubernetes-models/validate"));
const strict = {
  ...validation,
  register(id, schema) {
    const isClosed = schema.properties && schema.additionalProperties === undefined;
    validation.register(id, isClosed ? { ...schema, additionalProperties: false } : schema);
  },
};
require.cache[require.resolve(path.join(packages, "@kubernetes-models/validate"))].exports = strict;
const object = JSON.parse(require("fs").readFileSync(0, "utf8"));
const models = require(path.join(packages, "kubernetes-models", object.apiVersion));
try {
  new models[object.kind](object).validate();
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
