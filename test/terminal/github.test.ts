import assert from 'node:assert/strict';
import { it } from 'node:test';
import { annotations, errorAnnotation } from '../../src/terminal/github.ts';

it('annotations escape what would end them or name another place', () => {
  const text = annotations(
    [
      {
        code: 'PC1102',
        severity: 'error',
        message: 'bad % key\n::set-env name=X::1',
        position: { file: '/home/me/a,b:c.yaml', line: 3, column: 7 },
        help: 'mend it',
      },
    ],
    '/home/me',
  );
  assert.equal(text, '::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=PC1102::bad %25 key%0A::set-env name=X::1%0Amend it\n');
});

it('an error without a file is one line too', () => {
  const text = errorAnnotation({ code: 'PC5001', reason: 'server', message: 'a\r\nb', step: 'facts' });
  assert.equal(text, '::error title=PC5001::step "facts": a%0D%0Ab\n');
});
