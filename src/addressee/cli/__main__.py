from addressee.cli import main

main()
