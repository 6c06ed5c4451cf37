DROP TABLE sealed_letters;
DROP TABLE sealed_texts;
