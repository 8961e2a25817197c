-- Which names a person took from one role to make another: the analysis keeps them apart from then on.

ALTER TABLE roles ADD COLUMN split_off JSON NOT NULL DEFAULT '[]';
