DROP TABLE case_pairs;
