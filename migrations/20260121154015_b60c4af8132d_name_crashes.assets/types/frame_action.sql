-- What a rule says of a stack frame: it tells nothing, or it tells enough by itself.
create type frame_action as enum ('skip', 'enough');
