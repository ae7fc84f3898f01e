/** Changes of text search, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const textSearchMutations: readonly Mutation[] = [
  {
    title: 'a mapping of a text search configuration',
    change: 'alter text search configuration app.words drop mapping for email',
    differs: ['text search configuration app.words: mappings − token email dictionaries (simple)'],
  },
  {
    title: 'functions of a text search parser',
    change: `drop text search parser app.reader;
      create text search parser app.reader (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline)`,
    differs: ['text search parser app.reader: headline none → prsd_headline(internal,internal,tsquery)'],
  },
  {
    title: 'all functions of a text search parser',
    change: `create function app.p_start(internal, integer) returns internal language internal as 'prsd_start';
      create function app.p_token(internal, internal, internal) returns internal language internal as 'prsd_nexttoken';
      create function app.p_end(internal) returns void language internal as 'prsd_end';
      create function app.p_types(internal) returns internal language internal as 'prsd_lextype';
      drop text search parser app.reader;
      create text search parser app.reader (start = app.p_start, gettoken = app.p_token, end = app.p_end, lextypes = app.p_types)`,
    differs: [
      'function app.p_end(internal): added',
      'function app.p_start(internal, integer): added',
      'function app.p_token(internal, internal, internal): added',
      'function app.p_types(internal): added',
      'text search parser app.reader: start prsd_start(internal,integer) → app.p_start(internal,integer)',
      'text search parser app.reader: token prsd_nexttoken(internal,internal,internal) → app.p_token(internal,internal,internal)',
      'text search parser app.reader: end prsd_end(internal) → app.p_end(internal)',
      'text search parser app.reader: types prsd_lextype(internal) → app.p_types(internal)',
    ],
  },
  {
    title: 'functions of a text search template',
    change: `drop text search template app.plainest;
      create text search template app.plainest (init = dsynonym_init, lexize = dsynonym_lexize)`,
    differs: [
      'text search template app.plainest: init dsimple_init(internal) → dsynonym_init(internal)',
      'text search template app.plainest: lexize dsimple_lexize(internal,internal,internal,internal) → dsynonym_lexize(internal,internal,internal,internal)',
    ],
  },
  {
    title: 'a text search template without init',
    change: `drop text search template app.plainest;
      create text search template app.plainest (lexize = dsimple_lexize)`,
    differs: ['text search template app.plainest: init dsimple_init(internal) → none'],
  },
  {
    title: 'options of a text search dictionary',
    change: `alter text search dictionary app.stops (stopwords = 'german')`,
    differs: [`text search dictionary app.stops: options stopwords = 'english' → stopwords = 'german'`],
  },
  {
    title: 'the template of a text search dictionary',
    change: `drop text search dictionary app.stops;
      create text search dictionary app.stops (template = app.plainest, stopwords = 'english')`,
    differs: ['text search dictionary app.stops: template pg_catalog.simple → app.plainest'],
  },
  {
    title: 'an owner of a text search dictionary',
    change: 'alter text search dictionary app.stops owner to snapshot_reader',
    differs: ['text search dictionary app.stops: owner postgres → snapshot_reader'],
  },
  {
    title: 'dictionaries of a token',
    change: 'alter text search configuration app.words alter mapping for email with app.stops, simple',
    differs: [
      'text search configuration app.words: mappings − token email dictionaries (simple), + token email dictionaries (app.stops, simple)',
    ],
  },
  {
    title: 'the parser of a text search configuration',
    change: `drop text search configuration app.words;
      create text search configuration app.words (parser = app.reader)`,
    differs: [
      'text search configuration app.words: parser pg_catalog."default" → app.reader',
      'text search configuration app.words: mappings − token asciihword dictionaries (english_stem), − token asciiword dictionaries (english_stem), − token email dictionaries (simple), − token file dictionaries (simple), − token float dictionaries (simple), − token host dictionaries (simple), − token hword dictionaries (english_stem), − token hword_asciipart dictionaries (english_stem), − token hword_numpart dictionaries (simple), − token hword_part dictionaries (english_stem), − token int dictionaries (simple), − token numhword dictionaries (simple), − token numword dictionaries (simple), − token sfloat dictionaries (simple), − token uint dictionaries (simple), − token url dictionaries (simple), − token url_path dictionaries (simple), − token version dictionaries (simple), − token word dictionaries (english_stem)',
    ],
  },
  {
    title: 'an owner of a text search configuration',
    change: 'alter text search configuration app.words owner to snapshot_reader',
    differs: ['text search configuration app.words: owner postgres → snapshot_reader'],
  },
];
