import { expect } from 'chai';
import { connectFailure, noAnswer } from '../../lib/runtime/connect-failure.js';
import { factsOf } from '../helpers/thrown.js';

const refused = (message: string, code?: string) =>
  factsOf(connectFailure(Object.assign(new Error(message), { code }), 'db', false));

describe('connectFailure', () => {
  it('says what to do where the server lets nobody in just now', () => {
    expect(refused('the database system is starting up', '57P03')).to.deep.equal({
      code: 'DATABASE_UNREACHABLE',
      message: 'cannot connect to db: the database system is starting up',
      where: 'db',
      next: 'try again in a moment: the server is starting up or shutting down',
    });
    expect(refused('sorry, too many clients already', '53300')).to.deep.include({
      code: 'DATABASE_UNREACHABLE',
      next: 'free a connection, or raise the limit of the role, the database or the server',
    });
  });
});

describe('noAnswer', () => {
  it('takes nothing else for silence', () => {
    expect(noAnswer(new Error('no'), 'db', { connect: 1, acquire: 1 })).to.equal(undefined);
  });
});
