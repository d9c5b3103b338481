/** Error codes of this folder; `help errors` lists them. */
export const CODES: Readonly<Record<string, string>> = {
  PC0003: 'steps ran beside each other where the engine forbids it: a bug in a step kind',
  PC0006: 'a branch was ended because of what happened beside it',
  PC6101: 'a step took longer than its timeout',
  PC6102: 'a model did not finish its answer in time',
  PC7001: 'a step names a tool that does not exist',
  PC7002: 'two tools of one step have the same name for a model',
  PC7003: 'a tool did not answer in time',
  PC7005: 'a call without a model may have been made before the run was interrupted',
  PC7065: 'a gate needs the answer of a person, and there is none to ask',
  PC8020: 'a value in memory does not fit what a step wants to write to it',
  PC9101: 'the chain stopped itself with status failed',
  PC9102: 'the chain finished with an empty output',
  PC9201: 'an objective was not met within its turns',
  PC9202: 'a conversation was too long for its model: older turns were left out',
  PC9203: 'a conversation was too long for its model, and "context: fail" leaves nothing out',
  PC9205: 'a loop took the most turns it may without meeting its condition',
};
