return 206;
