/** Error codes of this folder; `help errors` lists them. */
export const CODES: Readonly<Record<string, string>> = {
  PC0003: 'steps ran beside each other where the engine forbids it: a bug in a step kind',
  PC6101: 'a step took longer than its timeout',
  PC6102: 'a model did not finish its answer in time',
  PC7001: 'a step names a tool that does not exist',
  PC7002: 'two tools of one step have the same name for a model',
  PC7003: 'a tool did not answer in time',
  PC8020: 'a value in memory does not fit what a step wants to write to it',
  PC9101: 'the chain stopped itself with status failed',
  PC9102: 'the chain finished with an empty output',
  PC9103: 'the output of the run is not what --output-schema asks for',
  PC9201: 'an objective was not met within its turns',
  PC9202: 'a conversation was too long for its model: older turns were left out',
};
